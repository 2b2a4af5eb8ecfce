import { drDrill } from "../../src/runbooks/dr-drill.js";
import { laws } from "./laws.js";

laws(drDrill);
