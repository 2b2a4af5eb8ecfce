import { failover } from "../../src/runbooks/failover.js";
import { laws } from "./laws.js";

laws({ ...failover, example: { ...failover.example, say: "fail over prod unplanned" } });
