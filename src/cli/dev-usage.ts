/** What `heard --help` says about `heard dev`. */
export const devUsage: string = `  heard dev                               starts a server to develop against: WebSocket, Socket.IO and REST
    --port <number>, --host <address>     where it listens; 3001 and 127.0.0.1 unless told, 0 for any port that is free
    --contract <name or path>             one backend alone; may be repeated
    --data <file>                         keeps events, rows and answers in a SQLite file, over restarts
    --chaos [seed]                        with a network that goes wrong: the same seed goes wrong in the same way
    --v1                                  only what the backends' documents promise
    --cors <origin>                       as strict as a real deployment: only pages of this origin; may be repeated
    --quiet, --json, --payloads           no traffic; one JSON object to a line; with what is in it
    --allow-production                    starts although NODE_ENV is "production"`;
