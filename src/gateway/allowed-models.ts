import { type Resolution, resolveModel } from '../core/catalog/catalog.ts'
import { type Model, offerName } from '../core/catalog/model.ts'
import { matchesAny } from '../core/ledger/virtual-key.ts'
import type { Run } from './run.ts'

/** Those that a key may use; a pattern names a model by itself or with its provider. */
export const allowedOf = (
  models: readonly Model[],
  allowed: readonly string[] | undefined,
): readonly Model[] =>
  allowed === undefined
    ? models
    : models.filter(
        (model) => matchesAny(allowed, offerName(model)) || matchesAny(allowed, model.id),
      )

/** What a name means to the key of a run, for what is made on the way to its pictures. */
export function resolveFor(
  { snapshot, startedAt, allowed }: Pick<Run, 'snapshot' | 'startedAt' | 'allowed'>,
  name: string,
): Resolution {
  const resolution = resolveModel(snapshot.catalog, name, startedAt)
  return { ...resolution, models: allowedOf(resolution.models, allowed) }
}
