import type { ConfigFile, Settings } from './schema.ts'

/** Settings of the picture store, as one flat list has them. */
type StorageKey =
  | 'storageUrl'
  | 'storageEndpoint'
  | 'storageRegion'
  | 'storageAccessKeyId'
  | 'storageSecretAccessKey'
  | 'storageSessionToken'
  | 'storagePathStyle'
  | 'storageAllowPrivate'

/** One setting: where it may be said, what holds when nobody says it. */
export interface SettingDefinition {
  readonly key:
    | Exclude<keyof Settings, 'providers' | 'priceOverrides' | 'quality' | 'budgets'>
    | StorageKey
  /** Path in `keeprate.yaml`. */
  readonly path: readonly [keyof ConfigFile, ...string[]]
  readonly variables: readonly string[]
  readonly default?: Settings[keyof Settings] | string | boolean
  /**
   * Turns the text of a variable, or the value of the file, into the setting; throws RangeError.
   */
  readonly read: (value: unknown) => unknown
  readonly isSecret?: boolean
}
