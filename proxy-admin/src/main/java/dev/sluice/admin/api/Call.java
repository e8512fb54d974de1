package dev.sluice.admin.api;

import dev.sluice.service.DeployProgress;

/**
 * A request on its way to its handler, on its own virtual thread.
 *
 * @param service the name in the path; empty where the path has none
 * @param progress told how a deploy comes along; silent when the client does not listen
 */
record Call(AdminRequest request, String service, DeployProgress progress) {

    <T extends Record> T body(Class<T> type) throws RequestFailure {
        return request.body(type);
    }
}
