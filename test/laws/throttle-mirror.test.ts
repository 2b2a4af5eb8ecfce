import { throttleMirror } from "../../src/runbooks/throttle-mirror.js";
import { laws } from "./laws.js";

laws(throttleMirror);
