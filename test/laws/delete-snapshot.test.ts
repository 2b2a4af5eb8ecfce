import { deleteSnapshot } from "../../src/runbooks/delete-snapshot.js";
import { laws } from "./laws.js";

laws(deleteSnapshot);
