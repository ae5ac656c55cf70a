import { hashText } from '../../statistics/hash-text.ts'
import { type PromptForm, slotNames } from '../prompt-form/prompt-form.ts'
import { wordsOf } from './form-facts.ts'
import { toUnitVector, type UnitVector } from './unit-vector.ts'

/** Numbers of a lexical vector. Features share them by hash; a prompt has some hundred. */
const LEXICAL_DIMENSIONS = 256

/** How much a feature says: a word by itself, two that follow each other, a piece of a word. */
const weights = { word: 1, neighbours: 0.5, piece: 0.35 } as const

/** Letters of a piece: a word with a slip of the keyboard still shares most of its pieces. */
const PIECE = 3

/**
 * Where a prompt lies among others by its words alone, without a model: hashed words, neighbours
 * and pieces of words of its normal form. It knows spelling and no meaning: a sofa is as far from a
 * couch as from a cat.
 */
export function lexicalVector(form: PromptForm): UnitVector {
  const vector = new Float32Array(LEXICAL_DIMENSIONS)
  const add = (feature: string, weight: number): void => {
    const hash = hashText(feature)
    const place = hash % LEXICAL_DIMENSIONS
    vector[place] = (vector[place] ?? 0) + (hash & SIGN_BIT ? weight : -weight)
  }
  const words = [...slotNames.flatMap((name) => form.slots[name]), ...wordsOf(form)]
  for (const [index, word] of words.entries()) {
    add(`w ${word}`, weights.word)
    const next = words[index + 1]
    if (next !== undefined) add(`n ${word} ${next}`, weights.neighbours)
    const framed = `<${word}>`
    for (let start = 0; start + PIECE <= framed.length; start += 1) {
      add(`p ${framed.slice(start, start + PIECE)}`, weights.piece)
    }
  }
  return toUnitVector(vector)
}

/** A bit of the hash that the place does not depend on. */
const SIGN_BIT = 1 << 20
