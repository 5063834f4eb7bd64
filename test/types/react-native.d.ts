// What the packages of React Native declare, as far as heard is given it: react-native 0.8x, netinfo 11, expo-sqlite from SDK
// 51, op-sqlite 14. They are not installed here; the code of docs/react-native.md is compiled against these.

declare module 'react-native' {
  export type AppStateEvent = 'change' | 'memoryWarning' | 'blur' | 'focus';
  export type AppStateStatus = 'active' | 'background' | 'inactive' | 'unknown' | 'extension';
  export interface NativeEventSubscription {
    remove(): void;
  }
  export interface AppStateStatic {
    currentState: AppStateStatus;
    isAvailable: boolean;
    addEventListener(type: AppStateEvent, listener: (state: AppStateStatus) => void): NativeEventSubscription;
  }
  export const AppState: AppStateStatic;
}

declare module '@react-native-community/netinfo' {
  export enum NetInfoStateType {
    unknown = 'unknown',
    none = 'none',
    cellular = 'cellular',
    wifi = 'wifi',
    bluetooth = 'bluetooth',
    ethernet = 'ethernet',
    wimax = 'wimax',
    vpn = 'vpn',
    other = 'other',
  }
  interface Connected {
    type: Exclude<NetInfoStateType, NetInfoStateType.none | NetInfoStateType.unknown>;
    isConnected: true;
    isInternetReachable: boolean | null;
    details: Record<string, unknown> & { isConnectionExpensive: boolean };
    isWifiEnabled?: boolean;
  }
  interface Disconnected {
    type: NetInfoStateType.none;
    isConnected: false;
    isInternetReachable: false;
    details: null;
    isWifiEnabled?: boolean;
  }
  interface Unknown {
    type: NetInfoStateType.unknown;
    isConnected: boolean | null;
    isInternetReachable: null;
    details: null;
    isWifiEnabled?: boolean;
  }
  export type NetInfoState = Connected | Disconnected | Unknown;
  interface NetInfo {
    addEventListener(listener: (state: NetInfoState) => void): () => void;
  }
  const netInfo: NetInfo;
  export default netInfo;
}

declare module 'expo-sqlite' {
  type SQLiteBindValue = string | number | null | boolean | Uint8Array;
  type SQLiteBindParams = Record<string, SQLiteBindValue> | SQLiteBindValue[];
  export interface SQLiteOpenOptions {
    enableChangeListener?: boolean;
    useNewConnection?: boolean;
    finalizeUnusedStatementsBeforeClosing?: boolean;
  }
  export interface SQLiteExecuteAsyncResult<Row> extends AsyncIterableIterator<Row> {
    readonly lastInsertRowId: number;
    readonly changes: number;
    getFirstAsync(): Promise<Row | null>;
    getAllAsync(): Promise<Row[]>;
    resetAsync(): Promise<void>;
  }
  export class SQLiteStatement {
    executeAsync<Row>(params: SQLiteBindParams): Promise<SQLiteExecuteAsyncResult<Row>>;
    executeAsync<Row>(...params: SQLiteBindValue[]): Promise<SQLiteExecuteAsyncResult<Row>>;
    finalizeAsync(): Promise<void>;
  }
  export class SQLiteDatabase {
    readonly databasePath: string;
    execAsync(source: string): Promise<void>;
    prepareAsync(source: string): Promise<SQLiteStatement>;
    closeAsync(): Promise<void>;
  }
  export function openDatabaseAsync(
    databaseName: string,
    options?: SQLiteOpenOptions,
    directory?: string,
  ): Promise<SQLiteDatabase>;
  export function deleteDatabaseAsync(databaseName: string, directory?: string): Promise<void>;
}

declare module '@op-engineering/op-sqlite' {
  type Scalar = string | number | boolean | null | ArrayBuffer | ArrayBufferView;
  export interface QueryResult {
    insertId?: number;
    rowsAffected: number;
    rows: Array<Record<string, Scalar>>;
  }
  export interface DB {
    close: () => void;
    delete: () => void;
    execute: (query: string, params?: Scalar[]) => Promise<QueryResult>;
  }
  export const open: (params: { name: string; location?: string; encryptionKey?: string }) => DB;
}

declare module 'react-native-get-random-values';
declare module 'react-native-url-polyfill/auto';
declare module '@bacons/text-decoder/install';
