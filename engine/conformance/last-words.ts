/** The end of what a command said, on one line. */
export function lastWords(text: string): string {
  return text.trim().split('\n').slice(-6).join(' | ');
}
