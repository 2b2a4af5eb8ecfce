/** "prod, clarity and test"; `last` stands before the last: "or". Nothing is an empty text. */
export const listed = (names: readonly string[], last = "and"): string =>
  names.length < 2 ? names.join("") : `${names.slice(0, -1).join(", ")} ${last} ${names[names.length - 1] ?? ""}`;
