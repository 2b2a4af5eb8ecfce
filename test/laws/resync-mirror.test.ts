import { resyncMirror } from "../../src/runbooks/resync-mirror.js";
import { laws } from "./laws.js";

laws(resyncMirror);
