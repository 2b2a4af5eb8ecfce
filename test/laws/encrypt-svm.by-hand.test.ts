import { encryptSvm } from "../../src/runbooks/encrypt-svm.js";
import { laws } from "./laws.js";

laws(encryptSvm, { world: "apart", handOff: { "cvo-eastus2": ["keyManagers"] }, kinds: [] });
