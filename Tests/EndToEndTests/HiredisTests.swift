import Foundation
import TestKit
import Testing

/// Redis' own library for C: a program with it, built here, that calls and pipelines and listens.
@Suite(.serialized) struct HiredisTests {
    /// In RESP2: Debian's hiredis knows no other.
    @Test func hiredisWorks() throws {
        let directory = try TemporaryDirectory()
        let source = try directory.write(Self.source, to: "client.c")
        let program = directory.file("client")
        let built = try run("cc", ["-o", program, source, "-lhiredis"])
        #expect(built.status == .exited(0), "\(built.errors)")
        let proxy = try RunningProxy(pool: .redis(CacheNode.several(3, .redis)), workers: 2)

        let result = try run(program, ["\(proxy.port())"])

        #expect(result.status == .exited(0), "\(result.output)\(result.errors)")
    }

    private static let source = """
        #include <hiredis/hiredis.h>
        #include <stdarg.h>
        #include <stdio.h>
        #include <stdlib.h>
        #include <string.h>

        static redisContext *context;

        static void check(int is_right, const char *what) {
            if (is_right) return;
            printf("%s: %s\\n", what, context->errstr);
            exit(1);
        }

        static redisReply *call(const char *format, ...) {
            va_list arguments;
            va_start(arguments, format);
            redisReply *reply = redisvCommand(context, format, arguments);
            va_end(arguments);
            check(reply != NULL, format);
            return reply;
        }

        int main(int count, char **arguments) {
            struct timeval patience = {10, 0};
            context = redisConnectWithTimeout("127.0.0.1", atoi(arguments[1]), patience);
            check(context && !context->err, "connect");
            redisSetTimeout(context, patience);
            check(!strcmp(call("SET %s %b", "key", "a\\0b", (size_t)3)->str, "OK"), "set");
            redisReply *value = call("GET key");
            check(value->len == 3 && !memcmp(value->str, "a\\0b", 3), "get");
            check(call("GET nothing")->type == REDIS_REPLY_NIL, "nil");
            check(call("HGET key f")->type == REDIS_REPLY_ERROR, "error");
            check(call("HSET h a 1 b 2")->integer == 2, "hset");
            check(call("HGETALL h")->elements == 4, "hgetall");
            for (int i = 0; i < 1000; i++) redisAppendCommand(context, "SET k%d %d", i, i);
            for (int i = 0; i < 1000; i++) redisAppendCommand(context, "GET k%d", i);
            for (int i = 0; i < 2000; i++) {
                redisReply *reply;
                check(redisGetReply(context, (void **)&reply) == REDIS_OK, "pipeline");
                if (i >= 1000) check(atoi(reply->str) == i - 1000, "value");
                freeReplyObject(reply);
            }
            call("MULTI"); call("INCR n"); call("INCR n");
            redisReply *executed = call("EXEC");
            check(executed->elements == 2 && executed->element[1]->integer == 2, "exec");
            check(call("BLPOP list 0.05")->type == REDIS_REPLY_NIL, "blpop");
            redisReply *subscribed = call("SUBSCRIBE c");
            check(subscribed->elements == 3, "subscribe");
            redisContext *other = redisConnect("127.0.0.1", atoi(arguments[1]));
            check(redisCommand(other, "PUBLISH c m") != NULL, "publish");
            redisReply *message;
            check(redisGetReply(context, (void **)&message) == REDIS_OK, "message");
            check(!strcmp(message->element[2]->str, "m"), "text");
            redisFree(other);
            redisFree(context);
            return 0;
        }
        """
}
