import { failover } from "../../src/runbooks/failover.js";
import { laws } from "./laws.js";

laws(failover);
