import { partsOfScope, type ScopeKind } from '../core/budgets/scope.ts'
import { offerName } from '../core/catalog/model.ts'
import { closestName } from '../core/closest-name.ts'
import { isId } from '../core/ids.ts'
import type { VirtualKey } from '../core/ledger/virtual-key.ts'
import type { Warning } from '../core/request/image-request.ts'
import type { Dependencies } from './dependencies.ts'

type Parts = Pick<Dependencies, 'snapshot' | 'purposes'> & {
  readonly stores: Pick<Dependencies['stores'], 'keys'>
}

/**
 * Says that a purpose is none that has settings, but nearly one that has. Names of one's own are
 * taken all the same: requests may carry them.
 */
export function slipsOfPurpose(
  purpose: string | undefined,
  { purposes }: Pick<Parts, 'purposes'>,
  param = 'purpose',
): readonly Warning[] {
  const names = purposes.all.map(({ name }) => name)
  return nearly('purpose', purpose, { names, param })
}

/**
 * Says that a budget's scope is nearly the name of something that is known, or of no key or
 * provider at all: it would limit nothing, and nobody would see why.
 */
export async function slipsOfScope(scope: string, parts: Parts): Promise<readonly Warning[]> {
  const { kind, name } = partsOfScope(scope)
  const param = 'scope'
  switch (kind as ScopeKind) {
    case 'total':
    case 'tag':
      // Tags are whatever requests carry.
      return []
    case 'purpose':
      return slipsOfPurpose(name, parts, param)
    case 'provider': {
      const names = parts.snapshot().catalog.models.map(({ provider }) => provider)
      return nearly('provider', name, { names: [...new Set(names)], param, isOnly: true })
    }
    case 'key':
      return slipsOfKey(name, await parts.stores.keys.list())
    case 'tenant':
    case 'team': {
      const keys = await parts.stores.keys.list()
      const names = keys.flatMap((key) => (kind === 'team' ? key.team : key.tenant) ?? [])
      return nearly(kind, name, { names, param })
    }
  }
}

/**
 * Says which of a key's models there are not, and which of its purposes are nearly known ones: it
 * would be refused whatever it asks for. Patterns with a star may be for what is still to come.
 */
export function slipsOfRights(
  { models = [], purposes = [] }: Pick<VirtualKey, 'models' | 'purposes'>,
  parts: Pick<Parts, 'snapshot' | 'purposes'>,
): readonly Warning[] {
  const { catalog } = parts.snapshot()
  // The names that such a pattern is compared with.
  const names = catalog.models.flatMap((model) => [model.id, offerName(model)])
  const isName = (pattern: string): boolean => !pattern.includes('*')
  return [
    ...models
      .filter(isName)
      .flatMap((name) => nearly('model', name, { names, param: 'models', isOnly: true })),
    ...purposes.filter(isName).flatMap((name) => slipsOfPurpose(name, parts, 'purposes')),
  ]
}

/** Keys are named by their ids; those of the settings have short ones, and are in no list. */
function slipsOfKey(given: string, keys: readonly VirtualKey[]): readonly Warning[] {
  const named = keys.find(({ id, name }) => id !== given && name === given)
  if (named !== undefined) {
    return [slip(`A key is named by its id: key:${named.id} is that of ${given}.`, 'scope')]
  }
  const names = keys.map(({ id }) => id)
  return nearly('key', given, { names, param: 'scope', isOnly: isId('key', given) })
}

interface Known {
  readonly names: readonly string[]
  readonly param: string
  /** There are no others than these. */
  readonly isOnly?: boolean
}

function nearly(
  kind: string,
  given: string | undefined,
  { names, param, isOnly = false }: Known,
): readonly Warning[] {
  if (given === undefined || names.includes(given)) return []
  const meant = closestName(given, names)
  if (meant === undefined && !isOnly) return []
  const hint = meant === undefined ? '' : ` Was "${meant}" meant?`
  return [slip(`No ${kind} named "${given.slice(0, 100)}" is known here.${hint}`, param)]
}

const slip = (message: string, param: string): Warning => ({ code: 'name_unknown', param, message })
