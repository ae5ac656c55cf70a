/** Shapes that were read before: a catalogue names the same twenty for each of its models. */
const known = new Map<string, number | undefined>()
const MAX_KNOWN = 1_000

/** Parses `W:H`. Undefined when it is none, or beyond 1:100. */
export function parseAspect(text: string): number | undefined {
  if (known.has(text)) return known.get(text)
  if (known.size >= MAX_KNOWN) known.clear()
  const ratio = readAspect(text)
  known.set(text, ratio)
  return ratio
}

function readAspect(text: string): number | undefined {
  const match = /^(\d{1,3}(?:\.\d{1,2})?):(\d{1,3}(?:\.\d{1,2})?)$/.exec(text)
  const ratio = Number(match?.[1]) / Number(match?.[2])
  return Number.isFinite(ratio) && ratio >= 0.01 && ratio <= 100 ? ratio : undefined
}
