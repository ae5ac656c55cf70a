import { testProvider } from '../../testing/test-provider.ts'
import together from './index.ts'
import emulator from './sandbox.ts'

testProvider(together, emulator, { fixtures: new URL('./fixtures/', import.meta.url) })
