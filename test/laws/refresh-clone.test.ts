import { refreshClone } from "../../src/runbooks/refresh-clone.js";
import { laws } from "./laws.js";

laws(refreshClone);
