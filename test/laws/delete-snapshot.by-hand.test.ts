import { deleteSnapshot } from "../../src/runbooks/delete-snapshot.js";
import { laws } from "./laws.js";

laws(deleteSnapshot, { world: "hospital", handOff: { "ali-ontap-01": ["snapshots"] }, kinds: [] });
