import { protect } from "../../src/runbooks/protect.js";
import { laws } from "./laws.js";

laws(protect);
