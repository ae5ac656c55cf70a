/** One thing that must be seen in a picture: a question with yes or no for an answer. */
export interface Requirement {
  /** `r1`, `r2`, …: ours, never the caller's, so that no answer can name another one. */
  readonly id: string
  readonly text: string
  readonly weight: number
  /** The picture is refused without it, whatever else it has. */
  readonly isCritical: boolean
}

/** What the operator asks of every picture of a purpose. */
export interface OwnRequirement {
  readonly ask: string
  readonly weight?: number | undefined
  readonly critical?: boolean | undefined
}

/** More questions make judges careless; the first ones of a prompt weigh most. */
const MAX_REQUIREMENTS = 12
const MAX_TEXT = 200
/** Where a prompt goes on to its next thing. */
const SEAMS = /[.;:!?\n]+|,\s+|\s+(?:and|with|while)\s+/i

/**
 * What a picture must show: the operator's own requirements, the prompt's literal texts, then the
 * prompt, cut where it goes on to its next thing. A literal is one piece even when it has seams. A
 * prompt that cannot be cut into words is required as a whole, or strange signs would get a picture
 * past its judge.
 */
export function requirementsOf(
  wishes: { readonly prompt: string; readonly literals: readonly string[] },
  own: readonly OwnRequirement[] = [],
): readonly Requirement[] {
  const { prompt, literals } = wishes
  const prose = literals.reduce((text, literal) => text.replaceAll(literal, ' '), prompt)
  const phrases = phrasesOf(prose)
  const rows: readonly OwnRequirement[] = [
    ...own,
    ...literals.map((text) => ({ ask: `the text ${JSON.stringify(text)} stands in it, as spelt` })),
    ...phrases.map((phrase) => ({ ask: `it shows: ${phrase}` })),
  ]
  return rows.slice(0, MAX_REQUIREMENTS).map(({ ask, weight = 1, critical = false }, index) => ({
    id: `r${index + 1}`,
    text: ask.slice(0, MAX_TEXT),
    weight,
    isCritical: critical,
  }))
}

/** Phrases of a prose, each once. Signs that nobody sees are no part of it. */
function phrasesOf(prose: string): readonly string[] {
  const seen = prose.replace(/(?![\n\t])\p{C}/gu, '')
  const phrases = seen
    .split(SEAMS)
    .map((phrase) => phrase.replace(/\s+/g, ' ').trim())
    .filter((phrase) => /\p{L}{2}/u.test(phrase))
  const whole = seen.trim()
  return phrases.length === 0 && whole !== '' ? [whole] : [...new Set(phrases)]
}
