import { unprotect } from "../../src/runbooks/unprotect.js";
import { laws } from "./laws.js";

laws(unprotect, { world: "epic", handOff: { "cvo-eastus2": ["volumes"] }, kinds: ["is rejected"] });
