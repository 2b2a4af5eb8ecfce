import { rewindClone } from "../../src/runbooks/rewind-clone.js";
import { laws } from "./laws.js";

laws(rewindClone);
