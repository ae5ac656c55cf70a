import { isAdjective } from '../prompt-form/adjectives.ts'
import { type PromptForm, slotNames } from '../prompt-form/prompt-form.ts'
import type { Thing } from '../prompt-form/scene.ts'
import { countsOf, relationsOf, thingsOf } from './form-facts.ts'

/** Why a picture of one prompt may not stand for another, however near the two are. */
export type Veto = 'literal' | 'slot' | 'relation' | 'count' | 'attribute' | 'swap' | 'word'

/** Praise: with or without it, the picture is the same. */
const PRAISE: ReadonlySet<string> = new Set(
  'nice lovely stunning gorgeous amazing great good beautiful attractive pretty wonderful'.split(
    ' ',
  ),
)

/** Words for who somebody is; another one is another picture, and adjectives are so too. */
const PERSONS: ReadonlySet<string> = new Set(
  (
    'man woman boy girl male female person child kid baby toddler teenager adult elder lady ' +
    'gentleman guy grandfather grandmother father mother son daughter brother sister husband ' +
    'wife his her their'
  ).split(' '),
)

/**
 * What stands between two prompts although they are near: similarity of texts is blind to the one
 * word that changes the picture. Both must show the same things in the same order, joined by the
 * same relations, as many of each, with the same looks, under the same style, view and light.
 * @param knowsMeaning the vectors come from a model: then words of no closed class may differ, and
 *   the threshold decides whether they mean the same. Without one only slips of the keyboard may.
 */
export function vetoOf(
  made: PromptForm,
  asked: PromptForm,
  { knowsMeaning }: { readonly knowsMeaning: boolean },
): Veto | undefined {
  if (made.literals.join('\n') !== asked.literals.join('\n')) return 'literal'
  if (slotsOf(made) !== slotsOf(asked)) return 'slot'
  if (relationsOf(made) !== relationsOf(asked)) return 'relation'
  const pairs = pairsOf(thingsOf(made), thingsOf(asked))
  const words = new Set(thingsOf(asked).flatMap(({ modifiers, head }) => [...modifiers, head]))
  for (const [one, other] of pairs) {
    const veto = vetoOfThings(one, other, { words, knowsMeaning })
    if (veto !== undefined) return veto
  }
  return undefined
}

/**
 * What two prompts must share before any veto is asked, as one text: only prompts with the same one
 * are compared, so that among a million only some are looked at.
 */
export const structureOf = (form: PromptForm): string =>
  [slotsOf(form), relationsOf(form), countsOf(form)].join('\n')

const slotsOf = ({ slots }: PromptForm): string =>
  slotNames.map((name) => looks(slots[name]).join(' ')).join(' | ')

/** The relations have the same number of things, so the lists are equally long. */
const pairsOf = (
  made: readonly Thing[],
  asked: readonly Thing[],
): readonly (readonly [Thing, Thing])[] =>
  made.flatMap((one, index) => {
    const other = asked[index]
    return other === undefined ? [] : [[one, other]]
  })

const looks = (words: readonly string[]): readonly string[] =>
  words.flatMap((text) => text.split(' ')).filter((word) => !PRAISE.has(word))

interface Surroundings {
  /** All words of the other prompt. */
  readonly words: ReadonlySet<string>
  readonly knowsMeaning: boolean
}

function vetoOfThings(one: Thing, other: Thing, around: Surroundings): Veto | undefined {
  if (one.count !== other.count) return 'count'
  const left = [...looks(one.modifiers), one.head]
  const right = [...looks(other.modifiers), other.head]
  if (left.length !== right.length) return 'attribute'
  for (const [index, word] of left.entries()) {
    const against = right[index] ?? ''
    if (word === against) continue
    // A word that stands elsewhere in the other prompt has changed its place.
    if (around.words.has(word)) return 'swap'
    if (isClosed(word) || isClosed(against)) return 'attribute'
    if (!around.knowsMeaning && !isSlip(word, against)) return 'word'
  }
  return undefined
}

/** Of a class whose words never stand for one another; numbers, literals and signs are closed. */
const isClosed = (word: string): boolean =>
  isAdjective(word) || PERSONS.has(word) || /[^\p{L}\p{M}]/u.test(word)

/** Shorter words are too often other words: form, from; desert, dessert. */
const MIN_SLIP_LETTERS = 7

/** Whether two words differ as the same word does when it is mistyped once. */
export function isSlip(one: string, other: string): boolean {
  const [short, long] = one.length <= other.length ? [one, other] : [other, one]
  if (short.length < MIN_SLIP_LETTERS || short[0] !== long[0]) return false
  let start = 0
  while (start < short.length && short[start] === long[start]) start += 1
  const restOf = (word: string, skipped: number): string => word.slice(start + skipped)
  if (short.length + 1 === long.length) {
    const isDoubled = long[start] === long[start - 1]
    return isDoubled && restOf(short, 0) === restOf(long, 1)
  }
  const isExchanged = short[start] === long[start + 1] && short[start + 1] === long[start]
  return short.length === long.length && isExchanged && restOf(short, 2) === restOf(long, 2)
}
