import { unprotect } from "../../src/runbooks/unprotect.js";
import { laws } from "./laws.js";

laws(unprotect);
