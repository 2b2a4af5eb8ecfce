import { prepareHostRunbook } from "../../src/runbooks/prepare-host.js";
import { laws } from "./laws.js";

laws(prepareHostRunbook);
