"""Read a holdings file of any broker, custodian or spreadsheet: bytes in, a result out; no store, no screen, no network."""
