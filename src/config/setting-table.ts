import { defaultBreakerRule } from '../core/breaker/breaker.ts'
import { defaultLimits } from '../gateway/limits.ts'
import { routingSettings } from './routing-settings.ts'
import type { SettingDefinition } from './setting-definition.ts'
import {
  adminKeyText,
  budgetStatus,
  databaseAddress,
  durationMs,
  flag,
  level,
  names,
  sandboxNames,
  text,
  webAddress,
  wholeNumber,
} from './setting-readers.ts'
import { storageTable } from './storage-table.ts'

/** Every setting but the providers. Precedence: flag, environment, file, default. */
export const settingTable: readonly SettingDefinition[] = [
  {
    key: 'host',
    path: ['server', 'host'],
    variables: ['KEEPRATE_HOST'],
    default: '127.0.0.1',
    read: text,
  },
  {
    key: 'port',
    path: ['server', 'port'],
    variables: ['KEEPRATE_PORT'],
    default: 4343,
    read: wholeNumber(0, 65_535),
  },
  {
    key: 'publicUrl',
    path: ['server', 'public_url'],
    variables: ['KEEPRATE_PUBLIC_URL'],
    read: webAddress,
  },
  {
    key: 'home',
    path: ['home'],
    variables: ['KEEPRATE_HOME'],
    default: '.keeprate',
    read: text,
  },
  {
    key: 'databaseUrl',
    path: ['database_url'],
    variables: ['KEEPRATE_DATABASE_URL', 'DATABASE_URL'],
    read: databaseAddress,
    isSecret: true,
  },
  {
    key: 'adminKey',
    path: ['admin_key'],
    variables: ['KEEPRATE_ADMIN_KEY'],
    read: adminKeyText,
    isSecret: true,
  },
  {
    key: 'logLevel',
    path: ['log_level'],
    variables: ['KEEPRATE_LOG_LEVEL'],
    default: 'info',
    read: level,
  },
  {
    key: 'bodyExtension',
    path: ['body_extension'],
    variables: ['KEEPRATE_BODY_EXTENSION'],
    default: true,
    read: flag,
  },
  {
    key: 'cancelOnDisconnect',
    path: ['cancel_on_disconnect'],
    variables: ['KEEPRATE_CANCEL_ON_DISCONNECT'],
    default: false,
    read: flag,
  },
  {
    key: 'baseline',
    path: ['baseline'],
    variables: ['KEEPRATE_BASELINE'],
    default: 'gpt-image-2',
    read: text,
  },
  { key: 'sandbox', path: ['sandbox'], variables: ['KEEPRATE_SANDBOX'], read: sandboxNames },
  {
    key: 'sandboxTruth',
    path: ['sandbox_truth'],
    variables: ['KEEPRATE_SANDBOX_TRUTH'],
    read: text,
  },
  {
    key: 'sandboxSpeed',
    path: ['sandbox_speed'],
    variables: ['KEEPRATE_SANDBOX_SPEED'],
    // Real models take 3 to 30 s; a first look should not. 1 is the providers' own pace.
    default: 5,
    read: wholeNumber(1, 100_000),
  },
  {
    key: 'priceBooks',
    path: ['prices', 'books'],
    variables: ['KEEPRATE_PRICE_BOOKS'],
    default: [],
    read: names,
  },
  {
    key: 'cacheTtlMs',
    path: ['cache', 'ttl'],
    variables: ['KEEPRATE_CACHE_TTL'],
    default: defaultLimits.cacheTtlMs,
    read: durationMs,
  },
  {
    key: 'bytesInFlight',
    path: ['limits', 'bytes_in_flight'],
    variables: ['KEEPRATE_BYTES_IN_FLIGHT'],
    default: defaultLimits.bytesInFlight,
    read: wholeNumber(1_048_576, Number.MAX_SAFE_INTEGER),
  },
  {
    key: 'planSteps',
    path: ['limits', 'plan_steps'],
    variables: ['KEEPRATE_PLAN_STEPS'],
    default: defaultLimits.planSteps,
    read: wholeNumber(1, 10),
  },
  {
    key: 'budgetStatus',
    path: ['budget_status'],
    variables: ['KEEPRATE_BUDGET_STATUS'],
    default: 429,
    read: budgetStatus,
  },
  {
    key: 'breakerFailures',
    path: ['limits', 'breaker_failures'],
    variables: ['KEEPRATE_BREAKER_FAILURES'],
    default: defaultBreakerRule.failuresInRow,
    read: wholeNumber(0, 1_000),
  },
  ...storageTable,
  ...routingSettings,
]
