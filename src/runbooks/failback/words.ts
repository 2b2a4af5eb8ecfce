/** `svm:volume` in its parts. */
export function wordsOf(path: string): { readonly svm: string; readonly volume: string } {
  const colon = path.indexOf(":");
  return { svm: path.slice(0, Math.max(0, colon)), volume: path.slice(colon + 1) };
}
