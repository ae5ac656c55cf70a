/** Parses `W:H`. Undefined when it is none, or beyond 1:100. */
export function parseAspect(text: string): number | undefined {
  const match = /^(\d{1,3}(?:\.\d{1,2})?):(\d{1,3}(?:\.\d{1,2})?)$/.exec(text)
  const ratio = Number(match?.[1]) / Number(match?.[2])
  return Number.isFinite(ratio) && ratio >= 0.01 && ratio <= 100 ? ratio : undefined
}
