import { attachNic } from "../../src/runbooks/attach-nic.js";
import { laws } from "./laws.js";

laws(attachNic);
