import { encryptSvm } from "../../src/runbooks/encrypt-svm.js";
import { laws } from "./laws.js";

// The other form of the same ask, where the volumes are encrypted already: in the world of twelve volumes.
const example = { say: "rotate the key vault secret of svm_epic_dr", world: "hospital" };

laws({ ...encryptSvm, example });
