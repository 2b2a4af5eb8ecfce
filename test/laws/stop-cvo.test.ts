import { stopCvo } from "../../src/runbooks/stop-cvo.js";
import { laws } from "./laws.js";

laws(stopCvo);
