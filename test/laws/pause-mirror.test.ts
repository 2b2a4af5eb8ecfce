import { pauseMirror } from "../../src/runbooks/pause-mirror.js";
import { laws } from "./laws.js";

laws(pauseMirror);
