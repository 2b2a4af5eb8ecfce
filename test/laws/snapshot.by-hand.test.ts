import { snapshot } from "../../src/runbooks/snapshot.js";
import { laws } from "./laws.js";

// a set in a consistency group, and one volume by itself
for (const world of ["epic", "hospital"])
  laws(snapshot, { world, handOff: { "ali-ontap-01": ["snapshots"] }, kinds: [] });
