import { deployConnector } from "../../src/runbooks/deploy-connector.js";
import { laws } from "./laws.js";

laws(deployConnector);
