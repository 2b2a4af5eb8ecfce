import { fence } from "../../src/runbooks/fence.js";
import { laws } from "./laws.js";

laws(fence);
