"""Servers that speak enough of Milvus's protocol to be met by a client, and are not as they should be."""

import time
from concurrent import futures
from contextlib import contextmanager

from milvus_lite_server import free_port


@contextmanager
def stand_in(*, version="v2.6.0", answers_after_s=0.0, token=None):
    """Serve a Milvus of a version, slow or asking for a token, that knows no collections; give its address."""
    import grpc
    from pymilvus.grpc_gen import common_pb2, milvus_pb2, milvus_pb2_grpc

    fine = common_pb2.Status(code=0)
    came = []

    class StandIn(milvus_pb2_grpc.MilvusServiceServicer):
        def Connect(self, request, context):  # noqa: N802 - the protocol's name
            came.append(dict(context.invocation_metadata()).get("authorization"))
            return milvus_pb2.ConnectResponse(status=fine, identifier=1)

        def GetVersion(self, request, context):  # noqa: N802
            return milvus_pb2.GetVersionResponse(status=fine, version=version)

        def DescribeCollection(self, request, context):  # noqa: N802
            time.sleep(answers_after_s)
            if token is not None and came[-1] is None:
                refused = common_pb2.Status(code=1800, error_code=1, reason="auth check failure, please check api key")
                return milvus_pb2.DescribeCollectionResponse(status=refused)
            gone = common_pb2.Status(code=100, error_code=4, reason="collection not found")
            return milvus_pb2.DescribeCollectionResponse(status=gone)

    server, port = grpc.server(futures.ThreadPoolExecutor(2)), free_port()
    milvus_pb2_grpc.add_MilvusServiceServicer_to_server(StandIn(), server)
    server.add_insecure_port(f"127.0.0.1:{port}")
    server.start()
    try:
        yield f"milvus://127.0.0.1:{port}/library"
    finally:
        server.stop(0).wait()
