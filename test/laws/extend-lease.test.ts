import { extendLease } from "../../src/runbooks/extend-lease.js";
import { laws } from "./laws.js";

laws(extendLease);
