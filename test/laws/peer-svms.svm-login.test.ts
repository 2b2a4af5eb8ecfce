import { peerSvms } from "../../src/runbooks/peer-svms.js";
import { laws } from "./laws.js";

laws(peerSvms, { world: "apart-svm" });
