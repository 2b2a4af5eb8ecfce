import { deployCvo } from "../../src/runbooks/deploy-cvo.js";
import { laws } from "./laws.js";

laws(deployCvo);
