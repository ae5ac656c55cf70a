import { testProvider } from '../../testing/test-provider.ts'
import deepinfra from './index.ts'
import emulator from './sandbox.ts'

testProvider(deepinfra, emulator, { fixtures: new URL('./fixtures/', import.meta.url) })
