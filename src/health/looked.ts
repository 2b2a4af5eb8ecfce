/** What was seen, or the sentence that says why it could not be looked at. Not seen is never taken for absent. */
export type Looked<T> = { readonly ok: true; readonly is: T } | { readonly ok: false; readonly why: string };
