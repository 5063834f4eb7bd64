/** What `heard --help` says about `heard doctor`. */
export const doctorUsage: string = `  heard doctor <url…>                     examines a backend of yours: the API (https://…), its socket (wss://…), or both
    --contract <name or path>             what is expected of it; without, only whether it is there
    --role <name>, --scope <name=value>   as which device to come; --scope may be repeated
    --token <text>                        the bearer token; never printed
    --origin <origin>                     the page that would ask: looks at CORS
    --header <name>                       a header that your app sends beside ours; may be repeated
    --timeout <s>, --listen <s>           how long each answer is waited for (10), and events (not at all)
    --json                                one JSON object to a line`;
