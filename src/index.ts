/** The public library API of Keeprate. */

export { ConfigError } from './config/config-error.ts'
export {
  createGateway,
  type EditInput,
  type GatewayOptions,
  type GenerateInput,
  type LocalGateway,
  type Result,
  type ResultImage,
} from './config/library.ts'
export { type BudgetExceeded, isBudgetExceeded } from './core/errors/budget-exceeded.ts'
export { type ErrorCode, errorCatalogue } from './core/errors/catalogue.ts'
export { GatewayError } from './core/errors/gateway-error.ts'
export type { Warning } from './core/request/image-request.ts'
export { defineProvider, type ProviderDefinition } from './providers/shared/definition.ts'
