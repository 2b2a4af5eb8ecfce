import { clone } from "../../src/runbooks/clone.js";
import { laws } from "./laws.js";

laws(clone);
