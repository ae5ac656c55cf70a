import type { Model } from '../catalog/model.ts'

/** Finds our name of a model that a bill names. */
export type ModelNamer = (written: string) => string

/**
 * Names of a bill in our words. A line item may be a model with what was billed of it
 * (`gpt-image-1, image output`), or a dated snapshot; the longest known name at its beginning
 * counts. What is not known keeps its own name.
 */
export function modelNamer(models: readonly Model[]): ModelNamer {
  const ids = new Map<string, string>()
  for (const model of models) {
    for (const name of [model.id, model.wireName, ...model.otherNames]) {
      if (name !== undefined) ids.set(name.toLowerCase(), model.id)
    }
  }
  const longestFirst = [...ids.keys()].sort((left, right) => right.length - left.length)
  return (written) => {
    const [name = ''] = written.split(',')
    const text = name.trim().toLowerCase()
    const exact = ids.get(text) ?? ids.get(text.slice(text.indexOf('/') + 1))
    if (exact !== undefined) return exact
    const known = longestFirst.find((one) => isSnapshotOf(text, one))
    return known === undefined ? name.trim() : (ids.get(known) ?? name.trim())
  }
}

/** `gpt-image-1-2025-04-23` or `gpt-image-1 output`, but not `gpt-image-1-mini`. */
const isSnapshotOf = (text: string, name: string): boolean =>
  text.startsWith(name) && /^(-\d{4}-\d{2}-\d{2}|@\S+)?(\s.*)?$/.test(text.slice(name.length))
