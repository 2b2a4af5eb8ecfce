import { updateMirror } from "../../src/runbooks/update-mirror.js";
import { laws } from "./laws.js";

laws(updateMirror);
