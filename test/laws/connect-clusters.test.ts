import { connectClusters } from "../../src/runbooks/connect-clusters.js";
import { laws } from "./laws.js";

laws(connectClusters);
