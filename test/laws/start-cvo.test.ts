import { startCvo } from "../../src/runbooks/start-cvo.js";
import { laws } from "./laws.js";

laws(startCvo);
