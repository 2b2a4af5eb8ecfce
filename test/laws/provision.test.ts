import { provision } from "../../src/runbooks/provision.js";
import { laws } from "./laws.js";

laws(provision);
