import { resumeMirror } from "../../src/runbooks/resume-mirror.js";
import { laws } from "./laws.js";

laws(resumeMirror);
