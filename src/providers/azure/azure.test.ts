import { testProvider } from '../../testing/test-provider.ts'
import azure from './index.ts'
import emulator from './sandbox.ts'

testProvider(azure, emulator, { fixtures: new URL('./fixtures/', import.meta.url) })
