/**
 * Contract suites for your own implementations. They register tests with vitest, which you install
 * yourself.
 */
export { defineEmulator, type Emulator } from '../providers/shared/emulator.ts'
export { type ProviderSuiteOptions, testProvider } from './test-provider.ts'
