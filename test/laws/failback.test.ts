import { failback } from "../../src/runbooks/failback.js";
import { laws } from "./laws.js";

laws(failback);
